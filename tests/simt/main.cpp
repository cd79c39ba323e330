// GoogleTest's main function, which also fails if the results could not be printed.
#include "modules/cli/output.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

int main(int argc, char** argv) {
  testing::InitGoogleMock(&argc, argv);
  return tito::flush_output(RUN_ALL_TESTS());
}
