  if (registry.history.empty()) throw std::logic_error("rollback");
  registry.versions[registry.history.back()].withdrawn = true;
  while (!registry.history.empty() && registry.versions[registry.history.back()].withdrawn) registry.history.pop_back();
