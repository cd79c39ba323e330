# `cmake --install`: the library, its headers, and the package that find_package(TinyTorch) reads.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/TinyTorch)

install(TARGETS tinytorch EXPORT TinyTorchTargets)
install(EXPORT TinyTorchTargets NAMESPACE TinyTorch:: DESTINATION ${package_dir})
foreach(header ${public_headers})
  get_filename_component(folder ${header} DIRECTORY)
  install(FILES ${header} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/tinytorch/${folder})
endforeach()
install(FILES ${PROJECT_BINARY_DIR}/include/tinytorch/tinytorch.h
        DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/tinytorch)
install(CODE "set(HEADERS \"${public_headers};tinytorch.h\")\nset(INCLUDE_DIR \"${CMAKE_INSTALL_INCLUDEDIR}\")")
install(SCRIPT cmake/qualify_includes.cmake)

set(package_files ${PROJECT_BINARY_DIR}/package)
configure_package_config_file(cmake/TinyTorchConfig.cmake.in ${package_files}/TinyTorchConfig.cmake
                              INSTALL_DESTINATION ${package_dir})
# Before 1.0 a minor version may change the interface.
write_basic_package_version_file(${package_files}/TinyTorchConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${package_files}/TinyTorchConfig.cmake ${package_files}/TinyTorchConfigVersion.cmake
              cmake/dependencies.cmake DESTINATION ${package_dir})
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
