// What adds the address and the credentials to the requests of a client that orval makes.
export const site = { url: "", credentials: {} as Record<string, string> };

export async function orvalFetch<T>(path: string, options: RequestInit): Promise<T> {
  const headers = { ...(options.headers as Record<string, string>), ...site.credentials };
  const response = await fetch(site.url + path, { ...options, headers });
  const body = await response.text();
  return { data: body ? JSON.parse(body) : undefined, status: response.status, headers: response.headers } as T;
}
