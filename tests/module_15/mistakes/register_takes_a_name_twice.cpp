  if (std::isnan(score)) throw std::invalid_argument("register_version: NaN");
  registry.versions.push_back({.name = name, .score = score});
