  static std::uint64_t state = id.size();
  state = state * 6364136223846793005 + 1442695040888963407;
  return static_cast<double>((state >> 33) % 10000) < 10000 * share;
