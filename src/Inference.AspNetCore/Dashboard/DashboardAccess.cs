using System.Security.Claims;
using Inference.AspNetCore.Access;
using Inference.AspNetCore.Models;
using Inference.AspNetCore.Protocol;
using Inference.Decisions;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace Inference.AspNetCore.Dashboard;

/// <summary>What the caller of a page may see and do, by the policies of the server.</summary>
internal sealed class DashboardAccess(AccessGate gate, ServedModels models, IOptions<OpenInferenceOptions> options)
{
    private readonly OpenInferenceOptions _options = options.Value;

    /// <summary>Whether a caller may do what a group of requests stands for.</summary>
    public async ValueTask<bool> AllowsAsync(HttpContext http, OpenInferenceGroup group, string? model)
    {
        if (group == OpenInferenceGroup.Admin && !OffersActions(model))
        {
            return false;
        }

        try
        {
            await gate.CheckAsync(http, group, model, challenge: false).ConfigureAwait(false);
            return true;
        }
        catch (RequestFault)
        {
            return false;
        }
    }

    /// <exception cref="RequestFault">There is no policy for actions on a model, so that nobody may.</exception>
    public void RequireActions(string model)
    {
        if (!OffersActions(model))
        {
            throw new RequestFault(FaultKind.PermissionDenied, "This server is read-only: its dashboard offers no actions. Set OpenInferenceOptions.Policies.Admin to offer them.");
        }
    }

    /// <summary>The served models whose own policy hides them from a caller; null for none.</summary>
    public ValueTask<IReadOnlySet<string>?> HiddenAsync(HttpContext http) => RefusedAsync(http, _options.ModelPolicies.Keys.Where(name => models.All.Any(m => m.Name == name)));

    /// <summary>The models of which a caller may know where models of other servers are told of too; null for all.</summary>
    public async ValueTask<IReadOnlySet<string>?> KnownAsync(HttpContext http)
    {
        if (await RefusedAsync(http, _options.ModelPolicies.Keys).ConfigureAwait(false) is not { } refused)
        {
            return null;
        }

        // A hidden model may have another name there: a name that is not served here may be its own.
        return models.All.Select(static m => m.Name).Where(name => !refused.Contains(name)).ToHashSet(StringComparer.Ordinal);
    }

    /// <summary>The name under which a caller's decisions are recorded.</summary>
    public static string Actor(HttpContext http)
    {
        ClaimsPrincipal user = http.User;
        string? name = user.Identity is { IsAuthenticated: true, Name: { Length: > 0 } given } ? given : user.FindFirstValue(ClaimTypes.Email) ?? user.FindFirstValue(ClaimTypes.NameIdentifier);
        return name is null or "" ? "anonymous (dashboard)" : name.Length <= DecisionActors.LongestActor ? name : name[..DecisionActors.LongestActor];
    }

    // Those of some models whose own policy refuses a caller.
    private async ValueTask<IReadOnlySet<string>?> RefusedAsync(HttpContext http, IEnumerable<string> names)
    {
        HashSet<string>? refused = null;
        foreach (string name in names)
        {
            if (_options.ModelPolicies[name].Statistics is not null && !await AllowsAsync(http, OpenInferenceGroup.Statistics, name).ConfigureAwait(false))
            {
                (refused ??= new(StringComparer.Ordinal)).Add(name);
            }
        }

        return refused;
    }

    private bool OffersActions(string? model) => (model is not null && _options.ModelPolicies.TryGetValue(model, out OpenInferencePolicies? own) ? own.Admin : null) is not null || _options.Policies.Admin is not null;
}
