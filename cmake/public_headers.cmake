# What users of the library include: every header that lies in one of these directories. tinytorch/tinytorch.h includes
# them all, but for the slots of kernels (NAME_kernels.h), which only those who write kernels need. Directories named
# `internal` hold how the library is made.
set(public_headers "")
set(TINYTORCH_INCLUDES "")
# In the order in which they build on each other, and by name within.
foreach(directory core core/ops autograd autograd/ops nn nn/optim)
  file(GLOB headers CONFIGURE_DEPENDS RELATIVE ${PROJECT_SOURCE_DIR} ${directory}/*.h)
  list(SORT headers)
  foreach(header ${headers})
    list(APPEND public_headers ${header})
    if(NOT header MATCHES "_kernels[.]h$")
      string(APPEND TINYTORCH_INCLUDES "#include \"${header}\"\n")
    endif()
  endforeach()
endforeach()
configure_file(cmake/tinytorch.h.in include/tinytorch/tinytorch.h @ONLY)
