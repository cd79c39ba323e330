# examples/NAME/*.cpp is the program NAME; examples/common has what several use. Its one-line description, for `tito list`, is the first line of its
# README.md after the title, or else the first comment of its first source.
function(tinytorch_describe folder sources result)
  if(EXISTS ${folder}/README.md)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${folder}/README.md)
    file(STRINGS ${folder}/README.md lines REGEX "^[^#]" LIMIT_COUNT 1)
  else()
    list(GET sources 0 source)
    file(STRINGS ${source} lines REGEX "^///? " LIMIT_COUNT 1)
  endif()
  string(REGEX REPLACE "^///? " "" lines "${lines}")
  set(${result} "${lines}" PARENT_SCOPE)
endfunction()

function(add_example_program target name library folder)
  add_executable(${target} $<TARGET_OBJECTS:${name}_objects> $<TARGET_OBJECTS:examples_common>)
  set_target_properties(${target} PROPERTIES OUTPUT_NAME ${name} LINKER_LANGUAGE CXX
                                             RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/${folder})
  target_link_libraries(${target} PRIVATE ${library})
endfunction()

# Flags, exit codes and errors of the examples' programs.
find_package(CLI11 CONFIG QUIET)
file(GLOB common CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/examples/common/*.cpp)
add_library(examples_common OBJECT ${common})
target_link_libraries(examples_common PRIVATE TinyTorch::tinytorch)
tinytorch_warnings(examples_common)

add_custom_target(examples)
file(GLOB folders CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/examples/*)
list(REMOVE_ITEM folders ${PROJECT_SOURCE_DIR}/examples/common)
foreach(folder ${folders})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${folder}/*.cpp)
  if(sources)
    get_filename_component(name ${folder} NAME)
    if(TARGET ${name} OR NOT name MATCHES "^[A-Za-z0-9][A-Za-z0-9_.+-]*$" OR
       name MATCHES "^(all|benchmarks|clean|edit_cache|help|install|op_table|ops|package|rebuild_cache|test.*)$")
      message(FATAL_ERROR "examples/${name}: a program cannot have this name, as the build uses it or as it is not made \
of letters, digits, _ . + and -. Rename the folder.")
    endif()
    add_library(${name}_objects OBJECT ${sources})
    target_link_libraries(${name}_objects PRIVATE TinyTorch::tinytorch)
    tinytorch_warnings(${name}_objects)
    add_example_program(${name} ${name} tinytorch examples/${name})
    if(TARGET tinytorch_cpu)
      # What `tito run` starts where only the CPU is asked for: it need not wait for emulated kernels.
      add_example_program(${name}_cpu ${name} tinytorch_cpu examples/${name}/cpu)
      set_target_properties(${name}_cpu PROPERTIES EXCLUDE_FROM_ALL ON)
    endif()
    add_dependencies(examples ${name})
    tinytorch_describe(${folder} "${sources}" description)
    tinytorch_record_program(example ${name} examples/${name}/${name} "${description}")
  endif()
endforeach()
