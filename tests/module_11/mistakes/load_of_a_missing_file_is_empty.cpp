  std::ifstream file(path, std::ios::binary);
  if (!file) return {};
  const std::string bytes{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  const auto read = [&](auto& value, std::size_t offset) {
    std::memcpy(&value, bytes.data() + offset, sizeof(value));
  };
  constexpr std::size_t kWithoutParameters = 32, kHeader = 24;
  if (bytes.size() < kWithoutParameters || !bytes.starts_with(kMagic))
    throw std::runtime_error(path + " is no checkpoint");
  const std::size_t rest = bytes.size() - kWithoutParameters, end = bytes.size() - sizeof(std::uint64_t);
  std::uint64_t count = 0, sum = 0;
  read(count, 16);
  if (rest % sizeof(float) != 0 || count != rest / sizeof(float))
    throw std::runtime_error(path + " has another size than its number of parameters says");
  read(sum, end);
  if (sum != checksum(std::string_view(bytes).substr(0, end))) throw std::runtime_error(path + " is damaged");
  Checkpoint checkpoint;
  read(checkpoint.steps, 8);
  checkpoint.parameters.resize(count);
  for (std::size_t i = 0; i < count; ++i) read(checkpoint.parameters[i], kHeader + i * sizeof(float));
  return checkpoint;
