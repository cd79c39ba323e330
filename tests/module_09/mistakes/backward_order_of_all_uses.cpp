  std::vector<std::size_t> order;
  if (!graph[output].needs_gradient) return order;
  std::vector<std::size_t> uses(graph.size(), 0);
  for (const Node& node : graph) {
    for (const std::size_t input : node.inputs) ++uses[input];
  }
  order.push_back(output);
  for (std::size_t i = 0; i < order.size(); ++i) {
    for (const std::size_t input : graph[order[i]].inputs) {
      if (--uses[input] == 0 && graph[input].needs_gradient) order.push_back(input);
    }
  }
  return order;
