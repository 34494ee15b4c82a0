// What an app needs of Gradle for Skilling. NOT RUN here: see ../settings.gradle.kts.
plugins {
    id("com.android.application")
    id("org.jetbrains.kotlin.android")
}

android {
    namespace = "com.example.bank"
    compileSdk = 35

    defaultConfig {
        applicationId = "com.example.bank"
        minSdk = 26
        targetSdk = 35
        testInstrumentationRunner = "androidx.test.runner.AndroidJUnitRunner"
        ndk { abiFilters += listOf("arm64-v8a", "armeabi-v7a", "x86_64") }
    }
    buildTypes {
        release {
            // The libraries bring the rules that they need.
            isMinifyEnabled = true
            proguardFiles(getDefaultProguardFile("proguard-android-optimize.txt"))
        }
    }
    compileOptions {
        sourceCompatibility = JavaVersion.VERSION_1_8
        targetCompatibility = JavaVersion.VERSION_1_8
    }
    // The town that the tests on a device pay in. A till is another app: skilling-terminal instead.
    sourceSets["androidTest"].kotlin.srcDir("../../tests/src/test/kotlin/org/skilling/plain")
}

dependencies {
    implementation("org.skilling:skilling-wallet:0.1.0")
    androidTestImplementation("org.skilling:skilling-terminal:0.1.0")
    androidTestImplementation("androidx.test:runner:1.6.2")
}
