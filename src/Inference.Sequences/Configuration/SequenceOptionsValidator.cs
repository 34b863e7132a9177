using Microsoft.Extensions.Options;

namespace Inference.Sequences.Configuration;

/// <summary>Validates <see cref="SequenceOptions"/> without reflection.</summary>
[OptionsValidator]
internal sealed partial class SequenceOptionsValidator : IValidateOptions<SequenceOptions>;
