#pragma once

#include <string>

namespace tinytorch::nn {

/// Reads a whole file, such as a text to train a tokenizer and a language model with. A gzip file is
/// inflated, as its content shows.
/// ```cpp
/// #include <fstream>
/// const std::string path = std::filesystem::temp_directory_path() / "tinytorch_example.txt";
/// std::ofstream(path) << "In the beginning";
/// std::cout << nn::load_text(path).size();  // 16
/// std::filesystem::remove(path);
/// ```
/// @return  its bytes as they are: UTF-8 is not checked, line ends are not changed
/// @throws IoError  the file cannot be read, or is a gzip file that is damaged
std::string load_text(const std::string& path);

}  // namespace tinytorch::nn
