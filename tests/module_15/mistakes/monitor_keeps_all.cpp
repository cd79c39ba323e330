  monitor.window.push_back(observation);
