using Inference;
using Inference.AspNetCore.Dashboard;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Maps the dashboard.</summary>
public static class InferenceDashboardEndpointExtensions
{
    /// <summary>Maps the dashboard: pages about the models that are served. Who sees and does what follows from the policies of <c>OpenInferenceOptions</c>; actions are offered only with a policy for administrators.</summary>
    /// <param name="endpoints">Where to map; <c>AddInferenceDashboard</c> must have been called.</param>
    /// <param name="path">The path of the pages, such as <c>/dashboard</c> or <c>/</c>.</param>
    /// <returns>A builder of conventions for all of these endpoints, such as <c>RequireAuthorization</c> or <c>RequireHost</c>.</returns>
    public static IEndpointConventionBuilder MapInferenceDashboard(this IEndpointRouteBuilder endpoints, string path = "/dashboard")
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        ArgumentNullException.ThrowIfNull(path);
        IServiceProvider services = endpoints.ServiceProvider;
        if (services.GetService<AssetFiles>() is not { } assets)
        {
            throw new InferenceException("MapInferenceDashboard: expected the services of the dashboard, got none. Call services.AddInferenceDashboard() first.");
        }

        RouteGroupBuilder group = endpoints.MapGroup(path.TrimEnd('/'));
        MapFiles(group, assets, path.Trim('/').Length > 0);
        MapModels(group.MapGroup("dashboard-api"), services);
        return group;
    }

    private static void MapFiles(RouteGroupBuilder group, AssetFiles assets, bool hasPath)
    {
        // Addresses within the pages are relative to their folder.
        Get(group, "/", http =>
        {
            if (hasPath && http.Request.Path.Value?.EndsWith('/') != true)
            {
                http.Response.Redirect($"{http.Request.PathBase}{http.Request.Path}/{http.Request.QueryString}");
                return Task.CompletedTask;
            }

            return assets.WriteAsync(http, "index.html");
        });
        Get(group, "dashboard-files/{file}", http => assets.WriteAsync(http, http.Request.RouteValues["file"] as string ?? ""));
    }

    private static void MapModels(RouteGroupBuilder api, IServiceProvider services)
    {
        Get(api, "session", services.GetRequiredService<SessionEndpoint>().ReadAsync);
        Get(api, "stream", services.GetRequiredService<StreamEndpoint>().StreamAsync);
        Get(api, "cluster", services.GetRequiredService<ClusterEndpoint>().ReadAsync);
        ModelEndpoints model = services.GetRequiredService<ModelEndpoints>();
        Get(api, "model", Named(model.DetailAsync));
        Get(api, "model/data", Named(model.DataAsync));
        Get(api, "model/column", Named(model.ColumnAsync));
        Get(api, "model/performance", Named(model.PerformanceAsync));
        Get(api, "model/decisions", Named(model.DecisionsAsync));
        api.MapPost("model/actions/{action}", Named(model.ActAsync));
        api.MapPost("model/try", Named(services.GetRequiredService<TryEndpoint>().RunAsync));
    }

    // The model is a parameter: in a path, a slash or a dot in its name would have a meaning of its own.
    private static RequestDelegate Named(RequestDelegate handler) => http =>
    {
        http.Request.RouteValues["model"] = http.Request.Query["model"].ToString();
        return handler(http);
    };

    private static void Get(RouteGroupBuilder group, string pattern, RequestDelegate handler) => group.MapMethods(pattern, [HttpMethods.Get, HttpMethods.Head], handler);
}
