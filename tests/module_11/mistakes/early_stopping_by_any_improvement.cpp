  if (loss < state.best) {
    state.best = loss;
    state.bad = 0;
  } else {
    ++state.bad;
  }
  return state.patience > 0 && state.bad >= state.patience;
