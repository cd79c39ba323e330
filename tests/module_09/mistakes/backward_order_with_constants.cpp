  std::vector<std::size_t> order;
  std::vector<std::size_t> uses(graph.size(), 0), reached{output};
  for (std::size_t i = 0; i < reached.size(); ++i) {
    for (const std::size_t input : graph[reached[i]].inputs) {
      if (++uses[input] == 1) reached.push_back(input);
    }
  }
  order.push_back(output);
  for (std::size_t i = 0; i < order.size(); ++i) {
    for (const std::size_t input : graph[order[i]].inputs) {
      if (--uses[input] == 0) order.push_back(input);
    }
  }
  return order;
