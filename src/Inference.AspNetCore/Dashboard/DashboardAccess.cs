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

    /// <summary>The models whose own policy hides them from a caller; null for none.</summary>
    public async ValueTask<IReadOnlySet<string>?> HiddenAsync(HttpContext http)
    {
        HashSet<string>? hidden = null;
        foreach (KeyValuePair<string, OpenInferencePolicies> policies in _options.ModelPolicies)
        {
            if (policies.Value.Statistics is not null && models.All.Any(m => m.Name == policies.Key) && !await AllowsAsync(http, OpenInferenceGroup.Statistics, policies.Key).ConfigureAwait(false))
            {
                (hidden ??= new(StringComparer.Ordinal)).Add(policies.Key);
            }
        }

        return hidden;
    }

    /// <summary>The name under which a caller's decisions are recorded.</summary>
    public static string Actor(HttpContext http)
    {
        ClaimsPrincipal user = http.User;
        string? name = user.Identity is { IsAuthenticated: true, Name: { Length: > 0 } given } ? given : user.FindFirstValue(ClaimTypes.Email) ?? user.FindFirstValue(ClaimTypes.NameIdentifier);
        return name is null or "" ? "anonymous (dashboard)" : name.Length <= DecisionActors.LongestActor ? name : name[..DecisionActors.LongestActor];
    }

    private bool OffersActions(string? model) => (model is not null && _options.ModelPolicies.TryGetValue(model, out OpenInferencePolicies? own) ? own.Admin : null) is not null || _options.Policies.Admin is not null;
}
