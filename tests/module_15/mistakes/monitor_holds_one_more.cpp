  if (monitor.window.size() > monitor.size) monitor.window.pop_front();
  monitor.window.push_back(observation);
