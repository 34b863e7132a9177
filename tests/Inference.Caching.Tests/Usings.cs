global using Inference.Caching.Diagnostics;
global using Inference.Caching.Flights;
global using Inference.Caching.SecondLevel;
global using Inference.Caching.Store;
global using Inference.Caching.Units;
