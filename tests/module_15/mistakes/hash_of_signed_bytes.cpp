  std::uint64_t hash = 0xcbf29ce484222325;
  for (const char c : text) hash = (hash ^ static_cast<std::uint64_t>(static_cast<signed char>(c))) * 0x100000001b3;
  return hash;
