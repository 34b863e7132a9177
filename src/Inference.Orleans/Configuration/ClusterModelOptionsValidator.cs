using Microsoft.Extensions.Options;

namespace Inference.Orleans.Configuration;

/// <summary>Validates <see cref="ClusterModelOptions"/> without reflection.</summary>
[OptionsValidator]
internal sealed partial class ClusterModelOptionsValidator : IValidateOptions<ClusterModelOptions>;
