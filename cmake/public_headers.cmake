# What users of the library include: every header that is in one of these directories. tinytorch/tinytorch.h includes
# them all, except the slots of kernels (NAME_kernels.h), which only authors of kernels need. Directories named
# `internal` hold what only the library's own sources include, and definitions of public templates.
set(public_headers "")
set(TINYTORCH_INCLUDES "")
# In the order in which they build on each other, and by name within.
foreach(directory core core/ops autograd autograd/ops nn nn/optim nn/data nn/models nn/train)
  file(GLOB headers CONFIGURE_DEPENDS RELATIVE ${PROJECT_SOURCE_DIR} ${directory}/*.h)
  list(SORT headers)
  foreach(header ${headers})
    list(APPEND public_headers ${header})
    # With the definitions of its templates.
    file(STRINGS ${PROJECT_SOURCE_DIR}/${header} definitions REGEX "^#include \"[a-z_/]*internal/")
    foreach(line ${definitions})
      string(REGEX REPLACE "^#include \"([^\"]*)\".*" "\\1" definition "${line}")
      list(APPEND public_headers ${definition})
    endforeach()
    if(NOT header MATCHES "_kernels[.]h$")
      string(APPEND TINYTORCH_INCLUDES "#include \"${header}\"\n")
    endif()
  endforeach()
endforeach()
configure_file(cmake/tinytorch.h.in include/tinytorch/tinytorch.h @ONLY)
