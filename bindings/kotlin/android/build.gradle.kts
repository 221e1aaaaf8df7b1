// The Android library: ./jni-libs.sh and `cargo xtask bindings kotlin` (from the repository's root, into build/generated/uniffi)
// come first.
plugins {
    id("com.android.library") version "8.7.0"
    kotlin("android") version "2.4.20"
}

android {
    namespace = "io.github.reefknot"
    compileSdk = 35
    defaultConfig {
        minSdk = 26
        consumerProguardFiles("consumer-rules.pro")
    }
    compileOptions {
        sourceCompatibility = JavaVersion.VERSION_17
        targetCompatibility = JavaVersion.VERSION_17
    }
    sourceSets["main"].kotlin.srcDirs("../src/main/kotlin", "build/generated/uniffi")
}

kotlin {
    jvmToolchain(17)
}

dependencies {
    // As an archive, which brings JNA's own library for each ABI.
    api("net.java.dev.jna:jna:5.17.0@aar")
}
