  monitor.window.push_front(observation);
  while (monitor.window.size() > monitor.size) monitor.window.pop_back();
