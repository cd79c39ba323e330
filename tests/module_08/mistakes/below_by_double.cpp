  const double uniform = static_cast<double>(random.next() >> 11U) * 0x1p-53;
  return static_cast<std::uint64_t>(uniform * static_cast<double>(n));
