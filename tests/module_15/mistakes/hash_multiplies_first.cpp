  std::uint64_t hash = 0xcbf29ce484222325;
  for (const char c : text) hash = (hash * 0x100000001b3) ^ static_cast<unsigned char>(c);
  return hash;
