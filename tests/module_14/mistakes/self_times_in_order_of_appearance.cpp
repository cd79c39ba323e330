  std::vector<double> self;
  std::vector<std::size_t> open;
  for (const Event& event : events) {
    const auto has_ended = [&](std::size_t i) { return events[i].begin + events[i].duration <= event.begin; };
    while (!open.empty() && has_ended(open.back())) open.pop_back();
    if (!open.empty()) self[open.back()] -= event.duration;
    open.push_back(self.size());
    self.push_back(event.duration);
  }
  std::vector<OpTime> result;
  for (std::size_t i = 0; i < events.size(); ++i) {
    auto op = std::find_if(result.begin(), result.end(), [&](const OpTime& each) { return each.name == events[i].name; });
    if (op == result.end()) op = result.insert(op, OpTime{events[i].name, 0, 0});
    op->self += self[i];
    ++op->calls;
  }
  std::stable_sort(result.begin(), result.end(), [](const OpTime& a, const OpTime& b) { return a.self > b.self; });
  return result;
