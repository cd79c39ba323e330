  if (registry.history.size() < 2) throw std::logic_error("rollback");
  registry.versions[registry.history.back()].withdrawn = true;
  registry.history.pop_back();
