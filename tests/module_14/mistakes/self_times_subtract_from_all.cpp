  std::vector<double> self;
  std::vector<std::size_t> open;
  for (const Event& event : events) {
    const auto has_ended = [&](std::size_t i) { return events[i].begin + events[i].duration <= event.begin; };
    while (!open.empty() && has_ended(open.back())) open.pop_back();
    for (const std::size_t around : open) self[around] -= event.duration;
    open.push_back(self.size());
    self.push_back(event.duration);
  }
  std::map<std::string, OpTime> by_name;
  for (std::size_t i = 0; i < events.size(); ++i) {
    OpTime& op = by_name.try_emplace(events[i].name, OpTime{events[i].name, 0, 0}).first->second;
    op.self += self[i];
    ++op.calls;
  }
  std::vector<OpTime> result;
  for (const auto& entry : by_name) result.push_back(entry.second);
  std::stable_sort(result.begin(), result.end(), [](const OpTime& a, const OpTime& b) { return a.self > b.self; });
  return result;
