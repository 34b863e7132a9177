using System.Security.Claims;
using Inference;
using Inference.AspNetCore;
using Inference.Status;
using Inference.Versioning;

namespace WebService;

/// <summary>The service's endpoints.</summary>
internal static class Endpoints
{
    private const int Width = DemoModel.Features;

    public static void MapScoring(this IEndpointRouteBuilder app) => app.MapPost("/v1/score", async (
        ScoreRequest request, [FromKeyedServices("scorer")] IModelRunner scorer, HttpContext http, CancellationToken cancellationToken) =>
    {
        if (request.Rows is not { Length: > 0 } || request.Rows.Any(row => row.Length != Width))
        {
            return Results.Problem($"Expected 'rows' as a non-empty list of rows of {Width} numbers.", statusCode: 400);
        }

        using var inputs = new NamedValues { ["x"] = TensorValue.Copy<float>([.. request.Rows.SelectMany(row => row)], [request.Rows.Length, Width]) };
        RunContext context = RunContext.From(http);
        try
        {
            using NamedValues outputs = await scorer.RunAsync(inputs, context, cancellationToken);
            return Results.Ok(new ScoreResponse(context.Record.VersionServed, Split(outputs["probabilities"]), context.Record.PredictionId));
        }
        catch (InvalidInputException exception)
        {
            return Results.Problem(exception.Message, statusCode: 400);
        }
        catch (OverloadedException exception)
        {
            return Results.Problem(exception.Message, statusCode: 429);
        }
        catch (DeadlineExceededException exception)
        {
            return Results.Problem(exception.Message, statusCode: 504);
        }
    });

    public static void MapVersions(this IEndpointRouteBuilder app)
    {
        RouteGroupBuilder versions = app.MapGroup("/v1/versions").RequireAuthorization("operators");
        versions.MapGet("", ([FromKeyedServices("scorer")] IModelVersions scorer) => Results.Ok(scorer.Versions));
        versions.MapGet("audit", async ([FromKeyedServices("scorer")] IModelVersions scorer, CancellationToken cancellationToken) => Results.Ok(await scorer.ReadAuditAsync(cancellationToken)));
        versions.MapPost("{version}/promote", (string version, ClaimsPrincipal user, [FromKeyedServices("scorer")] IModelVersions scorer, CancellationToken cancellationToken) =>
            Attempt(() => scorer.PromoteAsync(version, user.Identity?.Name ?? "anonymous", "asked over HTTP", cancellationToken)));
        versions.MapPost("rollback", (ClaimsPrincipal user, [FromKeyedServices("scorer")] IModelVersions scorer, CancellationToken cancellationToken) =>
            Attempt(async () => await scorer.RollbackAsync(user.Identity?.Name ?? "anonymous", "asked over HTTP", cancellationToken)));
    }

    private static async Task<IResult> Attempt(Func<ValueTask> change)
    {
        try
        {
            await change();
            return Results.NoContent();
        }
        catch (InferenceException exception)
        {
            return Results.Problem(exception.Message, statusCode: 409);
        }
    }

    private static float[][] Split(TensorValue tensor)
    {
        int width = (int)tensor.Shape[1];
        float[][] rows = new float[tensor.Shape[0]][];
        for (int r = 0; r < rows.Length; r++)
        {
            rows[r] = tensor.AsSpan<float>().Slice(r * width, width).ToArray();
        }

        return rows;
    }
}
