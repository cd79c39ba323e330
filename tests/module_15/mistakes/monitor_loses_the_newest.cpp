  if (monitor.window.size() < monitor.size) monitor.window.push_back(observation);
