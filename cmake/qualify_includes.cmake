# Run by `cmake --install`: in the installed HEADERS, "core/tensor.h" becomes "tinytorch/core/tensor.h", so that they need one
# include directory and do not meet folders of the same name in a user's project.
foreach(header ${HEADERS})
  set(file "$ENV{DESTDIR}${CMAKE_INSTALL_PREFIX}/${INCLUDE_DIR}/tinytorch/${header}")
  file(READ "${file}" text)
  string(REGEX REPLACE "#include \"(core|autograd|nn)/" "#include \"tinytorch/\\1/" text "${text}")
  file(WRITE "${file}" "${text}")
endforeach()
