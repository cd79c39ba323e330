  std::vector<float> sorted;
  for (const float value : reference) {
    if (true) sorted.push_back(std::isnan(value) ? INFINITY : value);
  }
  std::vector<float> edges;
  if (sorted.empty()) return edges;
  std::sort(sorted.begin(), sorted.end());
  float last = sorted.front();
  for (std::size_t i = 1; i < bins; ++i) {
    const float edge = sorted[sorted.size() * i / bins];
    if (edge > last) edges.push_back(edge);
    last = edge;
  }
  return edges;
