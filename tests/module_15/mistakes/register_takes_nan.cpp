  for (const Version& version : registry.versions) {
    if (version.name == name) throw std::invalid_argument("register_version: there is one");
  }
  registry.versions.push_back({.name = name, .score = score});
