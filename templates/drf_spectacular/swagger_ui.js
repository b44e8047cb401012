// Signed in to the dashboard, calls use its session and need the form token; with Authorize they use the bearer token.
const csrfToken = "{{ csrf_token }}";

const page = document.documentElement;
const wish = matchMedia("(prefers-color-scheme: dark)");
const dress = () => {
  const { theme } = page.dataset;
  page.classList.toggle("dark-mode", theme === "dark" || (theme !== "light" && wish.matches));
};
wish.addEventListener("change", dress);
dress();

window.ui = SwaggerUIBundle({
  url: "{{ schema_url|escapejs }}",
  dom_id: "#swagger-ui",
  presets: [SwaggerUIBundle.presets.apis],
  layout: "BaseLayout",
  requestInterceptor: (request) => {
    const own = new URL(request.url, location.href).origin === location.origin;
    if (own && request.method && request.method !== "GET") request.headers["{{ csrf_header_name }}"] = csrfToken;
    return request;
  },
  ...{{ settings|safe }},
  validatorUrl: null,
});
