  return static_cast<double>(hash_of(id) % 10000) >= 10000 * (1 - share);
