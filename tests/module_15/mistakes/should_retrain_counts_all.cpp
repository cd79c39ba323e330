  
  if (trigger.remaining > 0) {
    --trigger.remaining;
    return false;
  }
  trigger.drifts += drifted ? 1 : 0;
  if (trigger.drifts < trigger.patience) return false;
  trigger.drifts = 0;
  trigger.remaining = trigger.cooldown;
  return true;
