global using Inference.Versioning.Canary;
global using Inference.Versioning.Fallback;
global using Inference.Versioning.Folders;
global using Inference.Versioning.Leasing;
global using Inference.Versioning.Loading;
global using Inference.Versioning.Options;
global using Inference.Versioning.Repository;
global using Inference.Versioning.State;
