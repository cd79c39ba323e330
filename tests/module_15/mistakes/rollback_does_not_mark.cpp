  std::vector<std::size_t> history = registry.history;
  if (history.size() < 2) throw std::logic_error("rollback");
  history.pop_back();
  registry.history = history;
