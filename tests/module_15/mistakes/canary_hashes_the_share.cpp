  return static_cast<double>(hash_of(std::string(id) + std::to_string(share)) % 10000) < 10000 * share;
