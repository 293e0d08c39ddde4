# find_package(hawser) gives
#   hawser::client   the SDK: #include <hawser/remote.h>
#   hawser::module   what a plugin links with: #include <hawser/module.h>
#   hawser::testing  what a plugin's unit test links with: #include <hawser/testing/module_harness.h>
# and two functions:
#   hawser_add_module(NAME SOURCES...)       makes NAME.so, a plugin
#   hawser_add_module_test(NAME SOURCES...)  makes NAME, a program of the module's sources and its tests', and tells ctest
include(CMakeFindDependencyMacro)
find_dependency(absl)

get_filename_component(_hawser_prefix "${CMAKE_CURRENT_LIST_DIR}/../../.." ABSOLUTE)

if(NOT TARGET hawser::module)
  add_library(hawser::module SHARED IMPORTED)
  set_target_properties(hawser::module PROPERTIES
    IMPORTED_LOCATION "${_hawser_prefix}/lib/libhawser.so.0"
    IMPORTED_SONAME "libhawser.so.0"
    INTERFACE_INCLUDE_DIRECTORIES "${_hawser_prefix}/include"
    INTERFACE_COMPILE_FEATURES cxx_std_20
    INTERFACE_LINK_LIBRARIES "absl::any_invocable;absl::base;absl::status;absl::statusor;absl::strings;absl::time")

  add_library(hawser::client SHARED IMPORTED)
  set_target_properties(hawser::client PROPERTIES
    IMPORTED_LOCATION "${_hawser_prefix}/lib/libhawser_client.so.0"
    IMPORTED_SONAME "libhawser_client.so.0"
    INTERFACE_LINK_LIBRARIES hawser::module)

  add_library(hawser::testing STATIC IMPORTED)
  set_target_properties(hawser::testing PROPERTIES
    IMPORTED_LOCATION "${_hawser_prefix}/lib/libhawser_testing.a"
    INTERFACE_LINK_LIBRARIES hawser::module)
endif()

# Only the entry symbol is exported, so that the broker can unload the plugin without a trace.
set(_hawser_plugin_symbols "${_hawser_prefix}/lib/hawser/plugin.lds")

function(hawser_add_module name)
  add_library(${name} MODULE ${ARGN})
  set_target_properties(${name} PROPERTIES PREFIX "" CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
  target_link_options(${name} PRIVATE "-Wl,--version-script=${_hawser_plugin_symbols}" "-Wl,-z,defs")
  target_link_libraries(${name} PRIVATE hawser::module)
endfunction()

function(hawser_add_module_test name)
  add_executable(${name} ${ARGN})
  target_link_libraries(${name} PRIVATE hawser::testing)
  add_test(NAME ${name} COMMAND ${name})
endfunction()
