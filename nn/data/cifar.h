#pragma once

#include <string>
#include <vector>

#include "core/tensor.h"

namespace tinytorch::nn {

/// Images and what they show.
struct LabeledImages {
  Tensor images;  ///< u8 [N, 3, 32, 32]
  Tensor labels;  ///< i64 [N], 0 to 9
};

/// Reads batches of CIFAR-10 in its binary version (Krizhevsky 2009), one after another: for each image a
/// byte with its label, and 1024 bytes each of red, green and blue.
/// ```cpp
/// #include <fstream>
/// const std::string path = std::filesystem::temp_directory_path() / "tinytorch_example.bin";
/// std::ofstream(path, std::ios::binary) << '\x07' << std::string(3072, 'x');
/// const nn::LabeledImages data = nn::load_cifar10({path});
/// std::cout << data.images.shape() << data.labels;  // [1, 3, 32, 32] [7]
/// std::filesystem::remove(path);
/// ```
/// @param paths  such as data_batch_1.bin to data_batch_5.bin
/// @throws IoError  a file cannot be read, is not of whole images, or has a label above 9
LabeledImages load_cifar10(const std::vector<std::string>& paths);

}  // namespace tinytorch::nn
