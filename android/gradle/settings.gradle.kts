// For app teams: an app that takes the AARs of target/aar. Written against Android's Gradle plugin 8 and NOT RUN here, where no Android
// SDK is; the libraries themselves are built and tested with Maven (scripts/android-test).
pluginManagement {
    repositories {
        google()
        mavenCentral()
        gradlePluginPortal()
    }
}

dependencyResolutionManagement {
    repositoriesMode.set(RepositoriesMode.FAIL_ON_PROJECT_REPOS)
    repositories {
        google()
        mavenCentral()
        // What scripts/android-aar packed; a bank has a repository of its own (scripts/android-aar --publish).
        maven { url = uri(providers.gradleProperty("skilling.repository").getOrElse("../../target/aar/repository")) }
    }
}

rootProject.name = "skilling-app"
include(":app")
