using Microsoft.Extensions.Options;

namespace Inference.Remote.Options;

/// <summary>Validates <see cref="RemoteModelOptions"/> without reflection.</summary>
[OptionsValidator]
internal sealed partial class RemoteModelOptionsValidator : IValidateOptions<RemoteModelOptions>;
