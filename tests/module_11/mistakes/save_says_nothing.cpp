  std::string bytes(kMagic);
  const auto append = [&](const auto& value) {
    bytes.append(reinterpret_cast<const char*>(&value), sizeof(value));
  };
  append(checkpoint.steps);
  append(static_cast<std::uint64_t>(checkpoint.parameters.size()));
  for (const float each : checkpoint.parameters) append(each);
  append(checksum(bytes));

  const std::string temporary = path + ".tmp";
  std::ofstream file(temporary, std::ios::binary);
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  file.close();
  std::error_code error;
  if (file) std::filesystem::rename(temporary, path, error);
  if (!file || error) {
    std::remove(temporary.c_str());
    return;
  }
