# Shared by the scripts that pack and minify the Android side, by sourcing after common.sh: where Maven keeps what they need.
# shellcheck shell=bash disable=SC2034

repository=${MAVEN_REPO:-$HOME/.m2/repository}
built="$target_dir/android"
r8_version=9.5.28

# The version that android/pom.xml gives for a property: pom_version kotlin
pom_version() {
    sed -n "s|.*<$1.version>\(.*\)</$1.version>.*|\1|p" android/pom.xml | head -n 1
}

# One file of Maven's, fetched if it is not there: of_maven GROUP ARTIFACT VERSION [PACKAGING]
of_maven() {
    local group=$1 artifact=$2 version=$3 packaging=${4:-jar}
    local file="$repository/${group//.//}/$artifact/$version/$artifact-$version.$packaging"
    if [[ ! -e "$file" ]] && ! mvn -B -ntp -q org.apache.maven.plugins:maven-dependency-plugin:3.9.0:get -Dtransitive=false \
        "-Dartifact=$group:$artifact:$version:$packaging" >&2; then
        printf 'Maven has no %s:%s:%s here.\n' "$group" "$artifact" "$version" >&2
        return 1
    fi
    printf '%s\n' "$file"
}

# D8 and R8. Not of Maven Central but of Google's repository: nothing else here depends on it.
find_r8() {
    if [[ -n "${R8_JAR:-}" ]]; then
        [[ -e "$R8_JAR" ]] || { printf 'There is no %s, which R8_JAR names.\n' "$R8_JAR" >&2; exit 3; }
    elif ! R8_JAR=$(of_maven com.android.tools r8 "$r8_version"); then
        printf 'R8 does not come from Maven here. Take r8.jar from an Android SDK (build-tools/.../lib/d8.jar) or from maven.google.com, then:\n' >&2
        printf '   R8_JAR=r8.jar %s\n' "$0" >&2
        exit 3
    fi
}

# What android-test builds and Maven brought, for whoever packs it: framework, jdk, kotlin, coroutines, annotations.
find_parts() {
    if [[ ! -d "$built/sample-wallet/classes" || ! -d "$built/sample-till/classes" || ! -d "$built/tests/test-classes" ]]; then
        printf 'Nothing is built yet. Run scripts/android-test first.\n' >&2
        exit 1
    fi
    jdk=$(dirname "$(dirname "$(readlink -f "$(command -v javac)")")")
    framework=$(of_maven org.robolectric android-all "$(pom_version android)")
    kotlin=$(of_maven org.jetbrains.kotlin kotlin-stdlib "$(pom_version kotlin)")
    coroutines=$(of_maven org.jetbrains.kotlinx kotlinx-coroutines-core-jvm "$(pom_version coroutines)")
    annotations=$(of_maven org.jetbrains annotations 13.0)
}
