# Every header of core, autograd and nn is public, installed, and included by tinytorch/tinytorch.h, except
# these: they are how the library is made, and some include what those who use it may not have.
set(internal_headers
    autograd/rules/relu_gradient.h
    autograd/rules/running.h
    core/backend.h
    core/caching_allocator.h
    core/cpu_backend.h
    core/format.h
    core/ops/check.h
    core/ops/elementwise.h
    core/ops/image.h
    core/ops/operands.h
    core/ops/transfer.h
    nn/initialised.h)
foreach(header ${internal_headers})
  if(NOT EXISTS ${PROJECT_SOURCE_DIR}/${header})
    message(FATAL_ERROR "cmake/public_headers.cmake names ${header}, which does not exist")
  endif()
endforeach()

file(GLOB_RECURSE public_headers CONFIGURE_DEPENDS RELATIVE ${PROJECT_SOURCE_DIR}
     core/*.h autograd/*.h nn/*.h)
list(REMOVE_ITEM public_headers ${internal_headers})

# core, autograd, nn: the order in which they stand on each other, and by name within.
set(TINYTORCH_INCLUDES "")
foreach(room core autograd nn)
  set(headers ${public_headers})
  list(FILTER headers INCLUDE REGEX "^${room}/")
  list(SORT headers)
  foreach(header ${headers})
    string(APPEND TINYTORCH_INCLUDES "#include \"${header}\"\n")
  endforeach()
endforeach()
configure_file(cmake/tinytorch.h.in include/tinytorch/tinytorch.h @ONLY)
