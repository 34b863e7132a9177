using Microsoft.Extensions.Options;

namespace Inference.AspNetCore.Configuration;

/// <summary>Validates <see cref="DashboardOptions"/> without reflection.</summary>
[OptionsValidator]
internal sealed partial class DashboardOptionsValidator : IValidateOptions<DashboardOptions>;
