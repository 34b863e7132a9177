using Inference.AspNetCore.Models;
using Inference.AspNetCore.Protocol;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Inference.AspNetCore.Access;

/// <summary>Checks that a caller may do what it asks, by the policies of groups and models.</summary>
internal sealed class AccessGate(IServiceProvider services, IOptions<OpenInferenceOptions> options)
{
    private readonly OpenInferenceOptions _options = options.Value;

    /// <summary>Whether the repository is offered.</summary>
    public bool IsRepositoryOffered => _options.Policies.Admin is not null;

    /// <summary>Checks a request.</summary>
    /// <param name="http">The request.</param>
    /// <param name="group">What it asks.</param>
    /// <param name="model">The model that it names, the resource of the authorization; null for none.</param>
    /// <param name="challenge">Whether an unknown caller is told by headers how to authenticate, as over REST.</param>
    /// <exception cref="RequestFault">The caller is unknown, or may not do this.</exception>
    public ValueTask CheckAsync(HttpContext http, OpenInferenceGroup group, string? model, bool challenge) =>
        PolicyOf(group, model) is { } policy ? CheckAsync(http, policy, model, challenge) : default;

    /// <summary>Checks a request whose model is known from its body alone, before the body is read; a policy that models replace is left to the check with the model.</summary>
    /// <exception cref="RequestFault">The caller is unknown, or may not do this.</exception>
    public ValueTask CheckEarlyAsync(HttpContext http, OpenInferenceGroup group, bool challenge)
    {
        foreach (OpenInferencePolicies own in _options.ModelPolicies.Values)
        {
            if (own.Of(group) is not null)
            {
                return default;
            }
        }

        return CheckAsync(http, group, null, challenge);
    }

    /// <summary>Returns the models that an answer about all of them may tell a caller of: those without the ones whose own policy refuses it.</summary>
    /// <param name="http">The request.</param>
    /// <param name="group">What it asks.</param>
    /// <param name="models">All models.</param>
    public async ValueTask<IReadOnlyList<ServedModel>> VisibleAsync(HttpContext http, OpenInferenceGroup group, IReadOnlyList<ServedModel> models)
    {
        List<ServedModel>? visible = null;
        for (int i = 0; i < models.Count; i++)
        {
            ServedModel model = models[i];
            bool isHidden = _options.ModelPolicies.TryGetValue(model.Name, out OpenInferencePolicies? own) && own.Of(group) is { } policy && !await AllowsAsync(http, policy, model.Name).ConfigureAwait(false);
            if (isHidden)
            {
                visible ??= [.. models.Take(i)];
            }
            else
            {
                visible?.Add(model);
            }
        }

        return visible ?? models;
    }

    /// <summary>Checks that every policy exists.</summary>
    /// <exception cref="InferenceException">One does not.</exception>
    public async Task CheckPoliciesAsync()
    {
        foreach (OpenInferencePolicies set in _options.ModelPolicies.Values.Prepend(_options.Policies))
        {
            foreach (OpenInferenceGroup group in Enum.GetValues<OpenInferenceGroup>())
            {
                if (set.Of(group) is { } name)
                {
                    await FindAsync(name).ConfigureAwait(false);
                }
            }
        }
    }

    private string? PolicyOf(OpenInferenceGroup group, string? model) =>
        (model is not null && _options.ModelPolicies.TryGetValue(model, out OpenInferencePolicies? own) ? own.Of(group) : null) ?? _options.Policies.Of(group);

    private async ValueTask<bool> AllowsAsync(HttpContext http, string policy, string model)
    {
        try
        {
            await CheckAsync(http, policy, model, challenge: false).ConfigureAwait(false);
            return true;
        }
        catch (RequestFault)
        {
            return false;
        }
    }

    private async ValueTask CheckAsync(HttpContext http, string name, string? model, bool challenge)
    {
        AuthorizationPolicy policy = await FindAsync(name).ConfigureAwait(false);
        // Of the request: handlers of requirements may be scoped.
        IPolicyEvaluator evaluator = http.RequestServices.GetRequiredService<IPolicyEvaluator>();
        AuthenticateResult caller = await evaluator.AuthenticateAsync(policy, http).ConfigureAwait(false);
        PolicyAuthorizationResult result = await evaluator.AuthorizeAsync(policy, caller, http, model).ConfigureAwait(false);
        if (result.Succeeded)
        {
            return;
        }

        if (!result.Challenged)
        {
            throw new RequestFault(FaultKind.PermissionDenied, "The caller may not do this.");
        }

        if (challenge)
        {
            foreach (string? scheme in policy.AuthenticationSchemes.DefaultIfEmpty())
            {
                await http.ChallengeAsync(scheme).ConfigureAwait(false);
            }
        }

        throw new RequestFault(FaultKind.Unauthenticated, "The caller is not known: send credentials.");
    }

    // A program without policies has no authorization, whose middleware would take its share of every request.
    private async ValueTask<AuthorizationPolicy> FindAsync(string name) =>
        (services.GetService<IAuthorizationPolicyProvider>() is { } policies ? await policies.GetPolicyAsync(name).ConfigureAwait(false) : null)
        ?? throw new InferenceException($"OpenInferenceOptions: expected the name of an authorization policy, got '{name}'. Add it by AddAuthorization(o => o.AddPolicy(\"{name}\", …)).");
}
