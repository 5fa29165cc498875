# dependencies.cmake - what Escal takes from the system, each as PkgConfig::NAME.
#
# The Debian packages behind these stand in tools/packages.txt.
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
pkg_check_modules(libcrypto REQUIRED IMPORTED_TARGET libcrypto>=3.0)
pkg_check_modules(sqlite3 REQUIRED IMPORTED_TARGET sqlite3>=3.40)
pkg_check_modules(libzstd REQUIRED IMPORTED_TARGET libzstd>=1.5)
pkg_check_modules(libmicrohttpd REQUIRED IMPORTED_TARGET libmicrohttpd>=0.9.75)
pkg_check_modules(gnutls REQUIRED IMPORTED_TARGET gnutls>=3.7)
pkg_check_modules(libcurl REQUIRED IMPORTED_TARGET libcurl>=7.88)
pkg_check_modules(libical REQUIRED IMPORTED_TARGET libical>=3.0)
pkg_check_modules(gmime REQUIRED IMPORTED_TARGET gmime-3.0>=3.2)
pkg_check_modules(libutf8proc REQUIRED IMPORTED_TARGET libutf8proc>=2.6)
pkg_check_modules(yaml REQUIRED IMPORTED_TARGET yaml-0.1>=0.2.5)
if(ESC_TESTS)
    pkg_check_modules(cmocka REQUIRED IMPORTED_TARGET cmocka>=1.1.5)
    pkg_check_modules(icu REQUIRED IMPORTED_TARGET icu-uc>=72) # what our case folding is compared with
endif()
if(ESC_TESTS OR ESC_FUZZ)
    pkg_check_modules(jansson REQUIRED IMPORTED_TARGET jansson>=2.14) # what our own reader is compared with
endif()
