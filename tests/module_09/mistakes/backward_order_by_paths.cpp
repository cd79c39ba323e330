  std::vector<std::size_t> order;
  if (!graph[output].needs_gradient) return order;
  order.push_back(output);
  for (std::size_t i = 0; i < order.size(); ++i) {
    for (const std::size_t input : graph[order[i]].inputs) {
      if (graph[input].needs_gradient) order.push_back(input);
    }
  }
  return order;
